"""Every question template has a declarative prompt; files of prompts are read strictly."""
import json
import zipfile

import pytest

from avreg.benchmarks.music_avqa import TEMPLATES
from avreg.benchmarks.text_prompts import TextPrompts
from avreg.benchmarks.vocabulary import SLOT_WORDS, WordTokenizer

VALUES = dict(Object=['flute', 'drum'], LR=['left', 'right'], LRer=['leftest'], FL=['first'], TH=['second'], LL=['loudest'], BA=['after'])


def filled(prompts: TextPrompts, template: str) -> str:
    left = {kind: list(values) for kind, values in VALUES.items()}
    words = template.replace('?', '').replace('<', ' <').split()
    return prompts(template, [left[word.strip('<>')].pop(0) for word in words if word.startswith('<')])


def test_every_template_has_a_declarative_sentence_of_known_words():
    prompts, tokenizer = TextPrompts(), WordTokenizer()
    sentences = [filled(prompts, template.template) for template in TEMPLATES]
    assert len(prompts.prompts) == 33 and all(s.endswith('.') and '<' not in s and '?' not in s for s in sentences)
    assert [s for s in sentences if tokenizer.unknown in tokenizer.encode(s)] == []
    assert len(set(sentences)) > 28


def test_slots_are_filled_by_kind():
    prompts = TextPrompts()
    assert prompts('What is the <LR> instrument of the <FL> sounding instrument?', ['left', 'first']) == (
        'The instrument that comes in first is playing, and on the left of it a second one is seen.')
    assert 'the flute on the left and the drum on the right' in prompts(
        'Is the <Object> on the <LR> louder than the <Object> on the <LR>?', ['flute', 'left', 'drum', 'right'])


@pytest.mark.parametrize('template', ['How many sounding <Object> in the video\uff1f', '  How many sounding  <Object> in the video?  '])
def test_templates_are_normalised(template):
    assert TextPrompts()(template, ['pipa']) == 'Each pipa in the picture is sounding.'


def test_an_unknown_template_is_shown_beside_the_nearest():
    with pytest.raises(ValueError, match=r"'Where is the <LL> instruments\?'.*did you mean 'Where is the <LL> instrument\?'"):
        TextPrompts()('Where is the <LL> instruments?', ['loudest'])
    with pytest.raises(ValueError, match='1 slots, but 0 values'):
        TextPrompts()('Where is the <LL> instrument?')


@pytest.mark.parametrize('content, message', [
    ('- template: A <LR>?\n  prompt: B <LR2>.', r'entry 1: the prompt .* has a slot <LR2> that its question.* lacks'),
    ('- template: A?\n  prompt: B.\n- template: "A ?"\n  prompt: C.\n- template: "A? "\n  prompt: D.', r"entry 3: the template 'A\?' comes twice"),
    ('- template: A?', "entry 1: expected the two texts 'template' and 'prompt'"),
    ('template: A?', 'expected a list of entries'), ('- "', 'is not YAML')])
def test_a_malformed_file_is_told(tmp_path, content, message):
    (tmp_path / 'p.yaml').write_text(content)
    with pytest.raises(ValueError, match=message):
        TextPrompts(tmp_path / 'p.yaml')


def test_no_spreadsheet_and_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        TextPrompts(tmp_path / 'p.yaml')
    (tmp_path / 'p.xlsx').write_text('hello')
    with pytest.raises(ValueError, match='is not a spreadsheet'):
        TextPrompts(tmp_path / 'p.xlsx')


def test_a_spreadsheet_without_the_columns_is_told(tmp_path):
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(tmp_path / 'p.xlsx', 'w') as archive:
        archive.writestr('xl/sharedStrings.xml', f'<sst {ns}><si><t>Question Templates</t></si></sst>')
        archive.writestr('xl/worksheets/sheet1.xml', f'<worksheet {ns}><row><c r="A1" t="s"><v>0</v></c></row></worksheet>')
    with pytest.raises(ValueError, match="no column 'Question Template'; did you mean 'Question Templates'"):
        TextPrompts(tmp_path / 'p.xlsx')


def test_the_authors_spreadsheet(shared_dir):
    prompts = TextPrompts(shared_dir / 'data/music_avqa/TextPrompt.xlsx')
    assert prompts.prompts.keys() == {template.template for template in TEMPLATES}
    assert filled(prompts, TEMPLATES[13].template) == 'The flute on the left plays a different rhythm than the drum on the right.'
    # The side, not the last slot.
    assert prompts(TEMPLATES[10].template, ['left', 'first']) == 'There are musical instruments on the left that are not being played.'
    assert not prompts.prompts.items() & TextPrompts().prompts.items()


def test_every_real_question_gets_a_prompt(shared_dir):
    prompts = TextPrompts()
    rows = json.loads((shared_dir / 'data/music_avqa/json_update/avqa-test.json').read_text())
    sentences = [prompts(row['question_content'], json.loads(row['templ_values'])) for row in rows]
    assert len(sentences) == 9129 and min(map(len, sentences)) > 20
    assert SLOT_WORDS['LR'][0] in ' '.join(sentences)
