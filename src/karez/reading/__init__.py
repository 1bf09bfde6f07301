"""Project folders and outside formats become nouns; every fault of the input is found in one pass."""
