"""
Makes keras-metrics.json: the metrics of a few predictions, as Keras computes them.
Run: KERAS_BACKEND=torch python keras-metrics.py > keras-metrics.json
"""

import json

import keras
import numpy as np

random = np.random.default_rng(0)


def numbers(x):
    return np.asarray(x, dtype=np.float64).round(9).tolist()


labels = np.array([0, 2, 1, 2, 0, 1, 1])
scores = random.normal(size=(7, 3)).astype("float32")
onehot = np.eye(3, dtype="float32")[labels]
yes = np.array([[0], [1], [1], [0], [1], [0], [1]], dtype="float32")
probabilities = random.uniform(size=(7, 1)).astype("float32")
several_yes = random.integers(0, 2, size=(7, 3)).astype("float32")
several = random.uniform(size=(7, 3)).astype("float32")
m = keras.metrics
cases = {
    "accuracy of labels": (m.SparseCategoricalAccuracy(), labels, scores),
    "accuracy of one-hot rows": (m.CategoricalAccuracy(), onehot, scores),
    "accuracy of one output": (m.BinaryAccuracy(), yes, probabilities),
    "binaryAccuracy of one output": (m.BinaryAccuracy(), yes, probabilities),
    "binaryAccuracy of several outputs": (m.BinaryAccuracy(), several_yes, several),
    "meanSquaredError": (m.MeanSquaredError(), several_yes, several),
    "meanAbsoluteError": (m.MeanAbsoluteError(), several_yes, several),
}
result = {"meta": {"keras": keras.__version__, "numpy": np.__version__}}
for name, (metric, y_true, y_pred) in cases.items():
    metric.update_state(y_true, y_pred)
    result[name] = {"yTrue": numbers(y_true), "yPred": numbers(y_pred), "value": round(float(metric.result()), 9)}
print(json.dumps(result, indent=1))
