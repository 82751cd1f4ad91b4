"""An account of an AI company of any size, generated: `build(COMPANY, account)`, or `served("company")` over HTTP."""

from benchmarks.company.build import build
from benchmarks.company.served import served
from benchmarks.company.size import COMPANY, GROUP, SIZES, Size

__all__ = ["COMPANY", "GROUP", "SIZES", "Size", "build", "served"]
