"""Selectors: JMESPath compiled, bounded, and its common shapes recognized.

Law: pure; knows plain data and jmespath's parser, nothing of rules.
"""
