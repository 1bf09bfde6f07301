"""The nouns: frozen, validated, plain."""
