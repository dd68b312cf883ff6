"""Makes numpy-linalg.json: einsum and factorizations by NumPy. Run: python numpy-linalg.py > numpy-linalg.json"""

import json

import numpy as np

random = np.random.default_rng(1)
subscripts = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ji", [(2, 3)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iij->j", [(2, 2, 3)]),
    ("ij->", [(2, 3)]),
    ("ij->ji", [(2, 3)]),
    ("i,j->ij", [(2,), (3,)]),
    ("i,i", [(4,), (4,)]),
    ("ij,ij->i", [(2, 3), (2, 3)]),
    ("bij,bjk->bik", [(2, 3, 2), (2, 2, 3)]),
    ("bij,kj->bik", [(2, 3, 2), (4, 2)]),
    ("...ij,...jk->...ik", [(5, 1, 2, 3), (2, 3, 2)]),
    ("...ij->...ji", [(2, 3, 4)]),
    ("i...,i->...", [(2, 3, 4), (2,)]),
    ("...,...->...", [(2, 3), (3,)]),
    ("ij,jk,kl->il", [(2, 3), (3, 2), (2, 4)]),
    ("ij,kj,lj->ikl", [(2, 3), (2, 3), (4, 3)]),
    ("ijk,ijl,m->klm", [(2, 2, 3), (2, 2, 2), (2,)]),
    ("ab,cd,ef->fdb", [(2, 2), (1, 3), (2, 2)]),
    ("...ii->...", [(2, 3, 3)]),
    ("i,->i", [(3,), ()]),
]


def case(s, shapes):
    xs = [random.normal(size=shape) for shape in shapes]
    y = np.einsum(s, *xs)
    return {"subscripts": s, "xs": [x.tolist() for x in xs], "shape": list(y.shape), "y": y.tolist()}


square = random.normal(size=(2, 4, 4))
tall = random.normal(size=(2, 5, 3))
spd = square @ square.transpose(0, 2, 1) + np.eye(4)
b = random.normal(size=(2, 4, 2))
result = {
    "meta": {"numpy": np.__version__},
    "einsum": [case(*c) for c in subscripts],
    "square": square.tolist(),
    "tall": tall.tolist(),
    "spd": spd.tolist(),
    "b": b.tolist(),
    "solve": np.linalg.solve(square, b).tolist(),
    "inverse": np.linalg.inv(square).tolist(),
    "determinant": np.linalg.det(square).tolist(),
    "cholesky": np.linalg.cholesky(spd).tolist(),
}
print(json.dumps(result))
