"""scikit-learn's splits, folds and preprocessing, for test/data: python test/golden/sklearn-data.py > test/golden/sklearn-data.json"""
import json
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler
import sklearn

rng = np.random.default_rng(5)
splits = []
for n in [4, 5, 10, 11, 37, 150]:
    for sizes in [{}, {'test_size': 0.2}, {'test_size': 0.33}, {'train_size': 0.6}, {'test_size': 3, 'train_size': 1}, {'test_size': 0.3, 'train_size': 0.3}]:
        try:
            train, test = train_test_split(np.arange(n), **sizes)
        except ValueError:
            continue
        splits.append({'count': n, **sizes, 'train': len(train), 'test': len(test)})

stratified = []
for weights in [[50, 50, 50], [70, 20, 10], [13, 29, 7], [5, 11, 101]]:
    y = np.repeat(np.arange(len(weights)), weights)
    for size in [0.2, 0.25, 0.4, 0.5]:
        # Which of equal remainders are rounded up is random: all outcomes of 40 seeds
        seen = {str([np.bincount(p).tolist() for p in train_test_split(y, test_size=size, stratify=y, random_state=s)]) for s in range(40)}
        stratified.append({'counts': weights, 'test_size': size, 'parts': sorted(json.loads(s) for s in seen)})

folds = []
for n, k in [(10, 5), (11, 3), (7, 7)]:
    folds.append({'count': n, 'folds': k, 'test': [t.tolist() for _, t in KFold(k).split(np.zeros(n))]})
labels = rng.integers(0, 3, 25)
labels = np.unique(labels, return_inverse=True)[1]
labels = np.concatenate([[0, 1, 2], labels])
stratified_folds = {'labels': labels.tolist(), 'test': [t.tolist() for _, t in StratifiedKFold(4).split(np.zeros(len(labels)), labels)]}

x = np.round(rng.normal(3, 5, (6, 3)), 3)
x[:, 2] = 4
holes = x.copy()
holes[1, 0] = holes[4, 0] = holes[2, 1] = np.nan
scaled = {'x': x.tolist(), 'standard': StandardScaler().fit_transform(x).tolist(), 'minmax': MinMaxScaler().fit_transform(x).tolist(),
          'minmax_range': MinMaxScaler((-1, 2)).fit_transform(x).tolist()}
imputed = {'x': [[None if np.isnan(v) else v for v in row] for row in holes.tolist()],
           **{s: SimpleImputer(strategy=s).fit_transform(holes).tolist() for s in ['mean', 'median', 'most_frequent']},
           'indicators': SimpleImputer(add_indicator=True).fit_transform(holes).tolist()}
print(json.dumps({'sklearn': sklearn.__version__, 'splits': splits, 'stratified': stratified, 'folds': folds,
                  'stratified_folds': stratified_folds, 'scaled': scaled, 'imputed': imputed}, indent=None))
