"""Test kits for policies and adapters of one's own. They need the extra ``testing``.

`ordercancel.testing.strategies` has Hypothesis strategies for any policy. What is here are the
kits: examples (`Scenario`), random machines (`CaseMachine`, `machine_for`), contracts to inherit,
and the comparison with a reference (`differences`).
"""

try:
    import hypothesis as _hypothesis  # noqa: F401 - here, for an error that names the extra
    import pytest
except ImportError as error:
    raise ImportError(f"{__name__} needs the extra ordercancel[testing]") from error

# A test that fails in one of these tells what it compared, as one in a test module does.
pytest.register_assert_rewrite(
    "ordercancel.testing.checked_service", "ordercancel.testing.contracts"
)

from ordercancel.testing.contracts.directory import DirectoryContract  # noqa: E402
from ordercancel.testing.contracts.notifier import Arrived, NotifierContract  # noqa: E402
from ordercancel.testing.contracts.policy import PolicyContract  # noqa: E402
from ordercancel.testing.contracts.store import StoreContract  # noqa: E402
from ordercancel.testing.machines import CaseMachine, machine_for  # noqa: E402
from ordercancel.testing.reference import Difference, ReferenceReport, differences  # noqa: E402
from ordercancel.testing.scenario import Scenario  # noqa: E402

__all__ = [
    "Arrived",
    "CaseMachine",
    "Difference",
    "DirectoryContract",
    "NotifierContract",
    "PolicyContract",
    "ReferenceReport",
    "Scenario",
    "StoreContract",
    "differences",
    "machine_for",
]
