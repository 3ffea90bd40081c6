"""Diffrax: Kvaerno5 in JAX, members batched by vmap.

The right-hand side is JAX code written from the model; a custom rule gives its
derivatives through the sparse analytic Jacobian, so that Newton's matrix costs one
evaluation instead of one for each state.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from equations import Equations, Member, compiled, equations, jax_source
from workload import Workload

FloatArray = npt.NDArray[np.float64]
#: Members of one batch, which all step until the last one is done.
CHUNK = 4
CONFIGURATION = (
    f"Kvaerno5 with diffrax's own Newton method, vmap over {CHUNK} members, one "
    "thread, 64 bits, sparse analytic Jacobian; restarted at each dose"
)
MAXIMUM_STEPS = 200_000
_SINGLE = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def jax_functions(made: Equations) -> tuple[Any, Any]:
    """Give ``rates(time, y, c)``, with a derivative rule, and ``observe(y, c)``."""
    import jax
    from jax import numpy as jnp

    space: dict[str, Any] = {
        name: getattr(jnp, name)
        for name in ("exp", "log", "sqrt", "power", "where", "maximum", "minimum")
    }
    space["stack"], space["abs"] = jnp.stack, jnp.abs
    for name in ("rates", "jacobian", "observe"):
        exec(jax_source(made, name), space)
    entries = made.entries
    rows, columns = (np.array(axis) for axis in zip(*entries, strict=True))
    inner, derivatives = space["rates"], space["jacobian"]

    @jax.custom_jvp
    def rates(y: Any, c: Any) -> Any:
        return inner(y, c)

    @rates.defjvp
    def _(primals: Any, tangents: Any) -> Any:
        y, c = primals
        terms = derivatives(y, c) * tangents[0][columns]
        return inner(y, c), jnp.zeros_like(y).at[rows].add(terms)

    return (lambda _time, y, c: rates(y, c)), space["observe"]


class Diffrax:
    """One compiled batch solver."""

    def __init__(self, workload: Workload) -> None:
        os.environ["XLA_FLAGS"] = _SINGLE
        import jax

        jax.config.update("jax_enable_x64", True)
        self.workload = workload
        self.functions = compiled(workload)
        self.amounts = self.functions.equations.system.amounts
        rates, observe = jax_functions(equations(workload))
        self._samples = workload.members.sample_times.shape[1]
        self._batch = jax.jit(
            jax.vmap(self._piece(rates, observe), in_axes=(0, 0, 0, None, None, None))
        )

    def _piece(self, rates: Any, observe: Any) -> Any:
        import diffrax
        import jax

        term, method = diffrax.ODETerm(rates), diffrax.Kvaerno5()

        def solve(
            y: Any, c: Any, absolute: Any, times: Any, end: Any, rtol: Any
        ) -> Any:
            controller = diffrax.PIDController(rtol=rtol, atol=absolute)
            found = diffrax.diffeqsolve(
                term,
                method,
                t0=0.0,
                t1=end,
                dt0=None,
                y0=y,
                args=c,
                saveat=diffrax.SaveAt(ts=times, t1=True),
                stepsize_controller=controller,
                max_steps=MAXIMUM_STEPS,
                throw=False,
            )
            path = found.ys
            good = found.result == diffrax.RESULTS.successful
            return path[-1], jax.vmap(observe, in_axes=(0, None))(path[:-1], c), good

        return solve

    def solve(self, first: int, count: int, rtol: float) -> FloatArray:
        """Solve members, shape (count, sample, observable); failed ones are NaN.

        All members of a batch must have the same times, as they do here.
        """
        last = first + count
        numbers = [min(number, last - 1) for number in range(first, first + CHUNK)]
        batch = [Member(self.workload, self.functions, number) for number in numbers]
        absolute = np.stack([self.workload.absolute(k, self.amounts) for k in numbers])
        pieces = [self.workload.pieces(number) for number in numbers]
        shape = (CHUNK, self._samples, len(self.workload.observables))
        values, solved = np.full(shape, np.nan), np.full(CHUNK, True)
        for k, piece in enumerate(pieces[0]):
            if piece.end_h > piece.start_h:
                length = piece.end_h - piece.start_h
                times = np.full(self._samples, length)
                times[: len(piece.times)] = piece.times - piece.start_h
                y, seen, good = self._batch(
                    np.stack([one.states for one in batch]),
                    np.stack([one.constants for one in batch]),
                    absolute,
                    times,
                    length,
                    rtol,
                )
                solved &= np.asarray(good)
                values[:, piece.samples] = np.asarray(seen)[:, : len(piece.times)]
                for one, states in zip(batch, np.asarray(y), strict=True):
                    one.states[:] = states
            for one, own in zip(batch, pieces, strict=True):
                one.act(own[k].actions)
        values[~solved] = np.nan
        return values[:count]


def build(workload: Workload) -> Diffrax:
    """Write the functions; JAX compiles them at the first batch."""
    return Diffrax(workload)
