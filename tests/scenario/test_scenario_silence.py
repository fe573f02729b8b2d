"""Who has nothing to say is silent."""

from trialogue.scenario import check


def test_an_empty_otherwise_is_meant(tmp_path):
    """An empty `otherwise` is a silent agent; an empty `say` alone is refused as a slip."""
    file = tmp_path / "silent.yaml"
    text = "trialogue: 1\nname: silent\ncast:\n  ada: {lines: [Hello.]}\n"
    text += "  ben: {think: {provider: scripted, script: [KEY]}}\n"
    file.write_text(text.replace("KEY", "{otherwise: ''}"))
    assert check(file) == []
    file.write_text(text.replace("KEY", "{say: '', think: 0s}"))
    assert check(file) == []
    file.write_text(text.replace("KEY", "{say: ' ', think: 0s}"))
    assert [each.code.value for each in check(file)] == ["E-EMPTY"]
    file.write_text(text.replace("KEY", "{say: ''}"))
    assert [each.code.value for each in check(file)] == ["E-EMPTY"]
