"""Rodas5P: the Rosenbrock method of every solve, as a table.

Eight stages, order five, stiffly accurate and L-stable, one linear system a stage with
one factorisation a step, and a dense output of order four. It starts afresh at full
order after every dose, where multistep methods start at order one.

Stages in the form without matrix products: ``(I/(h g) - J) k_i = f(y + sum_j a_ij k_j)
+ sum_j c_ij k_j / h``; the step ends at ``y + sum_j b_j k_j`` and its error estimate is
the last stage.

References
----------
Steinebach2023 (the coefficients).
"""

from __future__ import annotations

GAMMA = 0.21193756319429014
#: Weights of earlier stages in the state of a stage; the last two stages and the end of
#: the step add one more stage each to the row of the sixth.
STATE = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (
        2.8029986275628964,
        0.5072464736228206,
        -0.3988312541770524,
        -0.04721187230404641,
    ),
    (
        -7.502846399306121,
        2.561846144803919,
        -11.627539656261098,
        -0.18268767659942256,
        0.030198172008377946,
    ),
)
#: Weights of earlier stages, over the step, on the right side of a stage.
SIDE = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (
        165.43517024871676,
        -0.4592823456491126,
        42.90938336958603,
        -5.961986721573306,
    ),
    (
        24.854864614690072,
        -3.0009227002832186,
        47.4931110020768,
        5.5814197821558125,
        -0.6610691825249471,
    ),
    (
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ),
    (
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ),
)
#: Dense output at share t of the step: ``(1-t) y0 + t (y1 + (1-t) d)`` with ``d = d1 +
#: t (d2 + t d3)`` and these weights of the stages in d1, d2 and d3.
DENSE = (
    (
        25.948786856663858,
        -2.5579724845846235,
        10.433815404888879,
        -2.3679251022685204,
        0.524948541321073,
        1.1241088310450404,
        0.4272876194431874,
        -0.17202221070155493,
    ),
    (
        -9.91568850695171,
        -0.9689944594115154,
        3.0438037242978453,
        -24.495224566215796,
        20.176138334709044,
        15.98066361424651,
        -6.789040303419874,
        -6.710236069923372,
    ),
    (
        11.419903575922262,
        2.8879645146136994,
        72.92137995996029,
        80.12511834622643,
        -52.072871366152654,
        -59.78993625266729,
        -0.15582684282751913,
        4.883087185713722,
    ),
)
STAGES = len(SIDE)
#: The error estimate shrinks with this power of the step, plus one.
ESTIMATE_ORDER = 4
#: Step control: how far below the tolerance to aim, and by how much a step may shrink
#: or grow at once. Measured on the joined model: nearer to 1 and faster growth save
#: fewer steps than refused ones cost.
SAFETY, SHRINK, GROW = 0.95, 0.2, 8.0
