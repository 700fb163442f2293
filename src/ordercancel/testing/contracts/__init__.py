"""Contracts: what every store, notifier, directory and policy promises, as tests to inherit.

A test class of an adapter inherits its contract from `ordercancel.testing` and says in one method
how the adapter is made.
"""
