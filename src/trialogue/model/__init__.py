"""Words: frozen values that every other layer speaks in. Nothing here decides or acts."""
