"""Contracts: what every store, notifier, directory and policy promises, as tests to inherit.

A test class of an adapter inherits its contract and says in one method how the adapter is made.
"""

from ordercancel.testing.contracts.directory import AsyncDirectoryContract, DirectoryContract
from ordercancel.testing.contracts.notifier import Arrived, AsyncNotifierContract, NotifierContract
from ordercancel.testing.contracts.policy import PolicyContract
from ordercancel.testing.contracts.store import AsyncStoreContract, StoreContract

__all__ = [
    "Arrived",
    "AsyncDirectoryContract",
    "AsyncNotifierContract",
    "AsyncStoreContract",
    "DirectoryContract",
    "NotifierContract",
    "PolicyContract",
    "StoreContract",
]
