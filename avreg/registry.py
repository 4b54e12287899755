"""Every registry of avreg, on one page: what belongs in it and what it must return.

Each is a child (scope ``avreg``) of MMEngine's root registry of the same name, so a config can name a class, ``'Name'``,
``'avreg.Name'`` or another library's ``'mmseg.Name'``. ``locations`` are imported on first use: nothing has to be imported by
hand. Plugins are imported at the same moment (:mod:`avreg.plugin`).
"""
from mmengine import registry as root
from mmengine.registry import Registry

# Backbones, necks, heads, losses, data preprocessors and AVModel itself: torch modules.
MODELS = Registry('model', parent=root.MODELS, scope='avreg', locations=['avreg.models'])
# One class a benchmark; yields dicts, knows no model.
DATASETS = Registry('dataset', parent=root.DATASETS, scope='avreg', locations=['avreg.datasets'])
# Samplers and batch samplers: iterators over sample indices.
DATA_SAMPLERS = Registry('data sampler', parent=root.DATA_SAMPLERS, scope='avreg', locations=['avreg.datasets.samplers'])
# dict -> dict; a transform that returns None rejects the sample.
TRANSFORMS = Registry('transform', parent=root.TRANSFORMS, scope='avreg', locations=['avreg.datasets.transforms'])
# AVDataSample -> numbers, through the pure functions of avreg.evaluation.functional.
METRICS = Registry('metric', parent=root.METRICS, scope='avreg', locations=['avreg.evaluation'])
# Groups of metrics: BenchmarkEvaluator.
EVALUATOR = Registry('evaluator', parent=root.EVALUATOR, scope='avreg', locations=['avreg.evaluation'])
# Runner hooks.
HOOKS = Registry('hook', parent=root.HOOKS, scope='avreg', locations=['avreg.engine'])
# Whatever else is built from a config: data generators, tokenizers.
TASK_UTILS = Registry('task util', parent=root.TASK_UTILS, scope='avreg', locations=['avreg.datasets'])
