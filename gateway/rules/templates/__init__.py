"""Templates: texts with expressions in them, and the formats of values.

Law: pure; a value is never taken for a template or a format.
"""
