"""What was found, written for programs: JSON, SARIF, JUnit's XML, annotations of GitHub.

Tooling conventions §4. Law: pure; values in, text out, and equal findings give equal text.
"""
