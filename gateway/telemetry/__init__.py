"""What is seen from outside: metrics, decision records, spans.

Tooling conventions §8 and §10.
"""
