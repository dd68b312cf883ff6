"""Writes the numbers of src/data/datasets/values from scikit-learn's copies: python scripts/datasets.py"""
import numpy as np
from sklearn import datasets

LETTERS = 'abcdefghijklmnopq'  # 0 to 16


def write(name, comment, rows):
    path = f'src/data/datasets/values/{name}.ts'
    text = '\n'.join(rows)
    with open(path, 'w') as file:
        file.write(f'/**\n * {comment} Written by scripts/datasets.py.\n */\nexport const {name} = `\n{text}`\n')


def table(name, comment, data, target):
    """A row for each example: its numbers, then its target."""
    short = lambda v: np.format_float_positional(v, trim='-')
    write(name, comment, [','.join(short(v) for v in [*row, y]) for row, y in zip(data, target)])


iris = datasets.load_iris()
table('iris', 'Fisher’s iris: four measures in cm, and the class.', iris.data, iris.target)
wine = datasets.load_wine()
table('wine', 'Wine recognition: thirteen measures, and the class.', wine.data, wine.target)
diabetes = datasets.load_diabetes(scaled=False)
table('diabetes', 'Diabetes: ten measures, and the progression of the disease after a year.', diabetes.data, diabetes.target)
digits = datasets.load_digits()
write('digits', 'Digits: a digit, and its 8 × 8 pixels as letters from a (0) to q (16).',
      [f'{y}{"".join(LETTERS[int(v)] for v in row)}' for row, y in zip(digits.data, digits.target)])

print({name: [data.data.shape, float(data.data.sum()), float(data.target.sum())] for name, data in
       [('iris', iris), ('wine', wine), ('diabetes', diabetes), ('digits', digits)]})
