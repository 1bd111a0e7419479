"""Judgements -> clusters -> canonical IRIs: the reference tables, the decisions, and who is meant by the words of a report."""
