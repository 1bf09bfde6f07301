"""The network: which spans, which technology for every site."""
