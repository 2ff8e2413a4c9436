"""The rules gateway: webhooks of a document platform answered by rules written in YAML."""

__version__ = "0.1.0"
