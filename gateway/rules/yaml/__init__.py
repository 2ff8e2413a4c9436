"""YAML read strictly, with the place of every character, and held to a JSON Schema.

Law: pure; text in, nodes and diagnostics out; knows nothing of what rules mean.
"""
