"""The content tree that rules read. Law: pure; knows nothing of rules, hooks or files."""
