"""Exact amounts of one currency, in major units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Mapping

from . import _core

MAX_MINOR_UNITS = 999_999_999_999_999


@dataclass(frozen=True, slots=True)
class Money:
    """`Money(Decimal("1850000"), "MAD")`: no float, no arithmetic between currencies.

    Raises TypeError for a float and ValueError for an unknown currency, for more decimals than the currency
    has and beyond 10^15 minor units.
    """

    amount: Decimal
    currency: str

    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        exponent = _core.currency_exponent(currency)
        if exponent is None:
            raise ValueError("not an ISO 4217 currency")
        if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
            raise TypeError("an amount is a Decimal, an int or text, never a float")
        try:
            exact = Decimal(amount)
            minor = exact.scaleb(exponent)
            whole = minor.is_finite() and minor == minor.to_integral_value()
        except ArithmeticError:
            raise ValueError("not an amount") from None
        if not whole:
            raise ValueError(f"an amount in {currency} has at most {exponent} decimals")
        if abs(minor) > MAX_MINOR_UNITS:
            raise ValueError("the amount is out of range")
        object.__setattr__(self, "amount", exact.quantize(Decimal(1).scaleb(-exponent)))
        object.__setattr__(self, "currency", currency)

    @property
    def minor_units(self) -> int:
        """As the store keeps it: 1850000.00 MAD is 185000000."""
        return int(self.amount.scaleb(_exponent(self.currency)))

    @classmethod
    def of_minor_units(cls, units: int, currency: str) -> Money:
        return cls(Decimal(units).scaleb(-_exponent(currency)), currency)

    def rounded(self, factor: Decimal) -> Money:
        """The amount times `factor`, rounded half to even to the currency's decimals."""
        step = Decimal(1).scaleb(-_exponent(self.currency))
        return Money((self.amount * factor).quantize(step, ROUND_HALF_EVEN), self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError("only money of the same currency goes with money")
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} is not {self.currency}")
        return other.amount

    def _encode(self) -> dict[str, object]:
        return {"amount": self.minor_units, "currency": self.currency}

    @classmethod
    def _decode(cls, wire: Mapping[str, Any]) -> Money:
        return cls.of_minor_units(wire["amount"], wire["currency"])


def _exponent(currency: str) -> int:
    exponent = _core.currency_exponent(currency)
    if exponent is None:
        raise ValueError("not an ISO 4217 currency")
    return exponent
