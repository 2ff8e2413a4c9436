"""What must reach another system: kept before the answer is given, sent afterwards.

Design §5, security reference §9.
"""
