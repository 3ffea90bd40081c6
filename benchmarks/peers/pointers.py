"""Arrays at an address, inside compiled callbacks."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


def _at(element: Any) -> Any:
    @intrinsic
    def pointer(_typing: Any, _address: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind = context.get_value_type(signature.return_type)
            return builder.inttoptr(arguments[0], kind)

        return types.CPointer(element)(types.uintp), build

    return pointer


#: Pointer to numbers, to whole numbers of 32 bits and to addresses at an address.
numbers_at, wholes_at, addresses_at = (
    _at(element) for element in (types.float64, types.int32, types.uintp)
)
