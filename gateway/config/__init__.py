"""Configuration files: found, read and made into one configuration."""
