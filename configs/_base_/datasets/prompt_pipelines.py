"""The pipelines of small clips, with a declarative prompt beside the question."""
from mmengine.config import read_base

from avreg.datasets.transforms import ConstructPrompt

with read_base():
    from .pipelines import *

prompt_train_pipeline, prompt_test_pipeline, prompt_question_train_pipeline, prompt_question_test_pipeline = (
    [*_pipeline[:-2], dict(type=ConstructPrompt), *_pipeline[-2:]]
    for _pipeline in (train_pipeline, test_pipeline, question_train_pipeline, question_test_pipeline))
