"""A functional model of two inputs and two outputs, with a shared layer, trained by Keras 3.

    KERAS_BACKEND=torch python keras-functional.py     # writes keras-functional.json; tried with keras 3.15.1, torch 2.13.0
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np

keras.config.set_floatx("float64")
random = np.random.default_rng(7)
k = keras.layers

a = k.Input((3,), name="a")
b = k.Input((3,), name="b")
shared = k.Dense(4, activation="tanh", kernel_regularizer="l2", name="shared")
joined = k.Concatenate(name="joined")([shared(a), shared(b)])
hidden = keras.Sequential([k.Dense(4, activation="relu", name="inner")], name="block")(joined)
price = k.Dense(1, name="price")(hidden)
kind = k.Dense(1, activation="sigmoid", name="kind")(k.Dropout(0.0, name="drop")(hidden))
model = keras.Model([a, b], [price, kind], name="two")

for w in model.weights:
    w.assign(random.normal(size=w.shape) * 0.7)
weights = [w.numpy().tolist() for w in model.weights]
config = model.get_config()
data = [random.normal(size=(8, 3)), random.normal(size=(8, 3))]
targets = [random.normal(size=(8, 1)), random.integers(0, 2, size=(8, 1)).astype("float64")]
predictions = [np.asarray(p).tolist() for p in model.predict(data, verbose=0)]
model.compile(
    keras.optimizers.SGD(0.1),
    loss={"price": "mse", "kind": "binary_crossentropy"},
    loss_weights={"price": 0.5, "kind": 2.0},
    metrics={"price": ["mae"], "kind": ["mse"]},
)
history = model.fit(data, targets, epochs=5, batch_size=8, shuffle=False, verbose=0).history
evaluation = model.evaluate(data, targets, return_dict=True, verbose=0)
golden = {
    "versions": {"keras": keras.version()},
    "config": config,
    "weights": weights,
    "inputs": [x.tolist() for x in data],
    "targets": [y.tolist() for y in targets],
    "predictions": predictions,
    "history": {name: [float(v) for v in values] for name, values in history.items()},
    "evaluation": {name: float(v) for name, v in evaluation.items()},
}
path = os.path.join(os.path.dirname(__file__), "keras-functional.json")
with open(path, "w") as file:
    json.dump(golden, file)
    file.write("\n")
