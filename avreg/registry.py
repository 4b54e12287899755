"""Every registry of avreg, on one page: what belongs in it and what it must return.

Each is a child (scope ``avreg``) of MMEngine's root registry of the same name, so a config can name a class,
``'Name'``, ``'avreg.Name'`` or another library's ``'mmseg.Name'``. ``locations`` are imported on first use: nothing has
to be imported by hand. Plugins are imported at the same moment (:mod:`avreg.plugin`). An unknown name or keyword is a
:class:`~avreg.errors.ConfigError` (:mod:`avreg._registry_base`).
"""
from mmengine import registry as root

from avreg._registry_base import AVRegistry

# Backbones, necks, heads, data preprocessors and AVModel itself, and losses that are modules: torch modules.
MODELS = AVRegistry('model', parent=root.MODELS, scope='avreg', locations=['avreg.models'])
# What spreads a model over processes, around it: called with ``module=``.
MODEL_WRAPPERS = AVRegistry('model_wrapper', parent=root.MODEL_WRAPPERS, scope='avreg', locations=['avreg.engine'])
# Initialisers of weights: called with a module.
WEIGHT_INITIALIZERS = AVRegistry('weight initializer',
                                 parent=root.WEIGHT_INITIALIZERS,
                                 scope='avreg',
                                 locations=['avreg.models'])

# One class a benchmark; yields dicts, knows no model.
DATASETS = AVRegistry('dataset', parent=root.DATASETS, scope='avreg', locations=['avreg.datasets'])
# Samplers and batch samplers: iterators over sample indices.
DATA_SAMPLERS = AVRegistry('data sampler',
                           parent=root.DATA_SAMPLERS,
                           scope='avreg',
                           locations=['avreg.datasets.samplers'])
# dict -> dict; a transform that returns None rejects the sample.
TRANSFORMS = AVRegistry('transform', parent=root.TRANSFORMS, scope='avreg', locations=['avreg.datasets.transforms'])

# AVDataSample -> numbers, through the pure functions of avreg.evaluation.functional.
METRICS = AVRegistry('metric', parent=root.METRICS, scope='avreg', locations=['avreg.evaluation'])
# Groups of metrics: BenchmarkEvaluator.
EVALUATOR = AVRegistry('evaluator', parent=root.EVALUATOR, scope='avreg', locations=['avreg.evaluation'])

# Runner hooks.
HOOKS = AVRegistry('hook', parent=root.HOOKS, scope='avreg', locations=['avreg.engine'])
# Training, validation and test loops: ``run()``.
LOOPS = AVRegistry('loop', parent=root.LOOPS, scope='avreg', locations=['avreg.engine'])
# Runners, built by ``Runner.from_cfg``.
RUNNERS = AVRegistry('runner', parent=root.RUNNERS, scope='avreg', locations=['avreg.engine'])
# What builds a runner: ``RUNNER_CONSTRUCTORS.build(cfg)()``.
RUNNER_CONSTRUCTORS = AVRegistry('runner constructor',
                                 parent=root.RUNNER_CONSTRUCTORS,
                                 scope='avreg',
                                 locations=['avreg.engine'])
# How FlexibleRunner spreads training (DDP, DeepSpeed, FSDP).
STRATEGIES = AVRegistry('strategy', parent=root.STRATEGIES, scope='avreg', locations=['avreg.engine'])
# Formats of the log line.
LOG_PROCESSORS = AVRegistry('log_processor', parent=root.LOG_PROCESSORS, scope='avreg', locations=['avreg.engine'])

# torch optimizers: called with parameter groups.
OPTIMIZERS = AVRegistry('optimizer', parent=root.OPTIMIZERS, scope='avreg', locations=['avreg.engine'])
# Around an optimizer: ``update_params(loss)``; mixed precision, accumulation, clipping.
OPTIM_WRAPPERS = AVRegistry('optim_wrapper', parent=root.OPTIM_WRAPPERS, scope='avreg', locations=['avreg.engine'])
# Model -> optim wrapper: which parameter learns at which rate.
OPTIM_WRAPPER_CONSTRUCTORS = AVRegistry('optimizer wrapper constructor',
                                        parent=root.OPTIM_WRAPPER_CONSTRUCTORS,
                                        scope='avreg',
                                        locations=['avreg.engine'])
# Schedules of learning rate, momentum, any hyper-parameter of an optimizer.
PARAM_SCHEDULERS = AVRegistry('parameter scheduler',
                              parent=root.PARAM_SCHEDULERS,
                              scope='avreg',
                              locations=['avreg.engine'])

# Pictures from AVDataSample and AVFeatures.maps.
VISUALIZERS = AVRegistry('visualizer', parent=root.VISUALIZERS, scope='avreg', locations=['avreg.visualization'])
# Where pictures and scalars are kept: files, TensorBoard.
VISBACKENDS = AVRegistry('vis_backend', parent=root.VISBACKENDS, scope='avreg', locations=['avreg.visualization'])
# What a plugin offers as a call: media in, predictions out.
INFERENCERS = AVRegistry('inferencer', parent=root.INFERENCERS, scope='avreg', locations=['avreg.apis'])

# Plain functions: collate functions, worker initialisers.
FUNCTIONS = AVRegistry('function', parent=root.FUNCTIONS, scope='avreg', locations=['avreg.datasets'])
# Whatever else is built from a config: data generators, tokenizers.
TASK_UTILS = AVRegistry('task util', parent=root.TASK_UTILS, scope='avreg', locations=['avreg.datasets', 'avreg.datasets.avworld'])

REGISTRIES = {label: registry for label, registry in list(vars().items()) if isinstance(registry, AVRegistry)}
