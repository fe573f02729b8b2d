"""The page of a meeting: one HTML file to view it, listen to it and search it.

- `fold`: the marks that each record adds to the page, one record at a time;
- `places`: the time of each sentence; `highlights`: the moments at which the page opens; `plots`, `tables`:
  the measures;
- `sound`: the recordings as MP3 and as waveforms;
- `content`: all of that as one value; `document`: that value as a file that needs no network;
- `runs`: the table of a folder of runs;
- `assets/`: the page's own HTML, CSS and scripts, and uPlot with its licence.
"""

from trialogue.report.page.content import PageSource, content
from trialogue.report.page.document import PageSound, document, is_page

__all__ = ["PageSound", "PageSource", "content", "document", "is_page"]
