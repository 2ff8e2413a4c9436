"""Other ways to apply the bench's twenty rules: by hand, and by engines that PyPI has.

Law: each peer verifies, decodes and answers the same bytes as the gateway, with the same messages
and operations; what it cannot say is left out and told. Each is written as its own documentation
advises: compiled once, values handed over once where it can. Nothing here is imported by the
gateway or needed by its tests.
"""
