'use strict';
// Sorting and filtering of every table; the state stands behind the '#' of the address, so that a view can be sent as a link.

const cellValue = (row, column) => {
  const cell = row.cells[column];
  if (!('value' in cell.dataset)) return cell.textContent.trim().toLowerCase();
  return cell.dataset.value === '' ? null : Number(cell.dataset.value);
};

// Rows without a value stay at the end, whichever way the others go.
const compare = (a, b, sign) => {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * (typeof a === 'number' ? a - b : a.localeCompare(b));
};

const sortTable = (table, key, direction) => {
  const heads = [...table.tHead.rows[0].cells];
  const column = heads.findIndex((head) => head.firstElementChild.dataset.key === key);
  if (column < 0) return;
  const sign = direction === 'ascending' ? 1 : -1;
  const rows = [...table.tBodies[0].rows].map((row) => [cellValue(row, column), row]);
  rows.sort(([a], [b]) => compare(a, b, sign));
  table.tBodies[0].append(...rows.map(([, row]) => row));
  heads.forEach((head) => head.removeAttribute('aria-sort'));
  heads[column].setAttribute('aria-sort', direction);
};

const filterTable = (table, form) => {
  const wanted = form.querySelector('input[type=search]').value.trim().toLowerCase();
  const statuses = new Set([...form.querySelectorAll('[data-status]:checked')].map((box) => box.dataset.status));
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    row.hidden = !statuses.has(row.dataset.status) || !row.textContent.toLowerCase().includes(wanted);
    shown += !row.hidden;
  }
  form.querySelector('output').textContent = `${shown} of ${table.tBodies[0].rows.length} rows`;
};

const state = new URLSearchParams(location.hash.slice(1));

const remember = (name, value) => {
  if (value) state.set(name, value); else state.delete(name);
  history.replaceState(null, '', `#${state}`);
};

// A link to another view of the page that is open.
addEventListener('hashchange', () => location.reload());

for (const form of document.querySelectorAll('.controls')) {
  const name = form.dataset.table;
  const table = document.getElementById(name);
  const search = form.querySelector('input[type=search]');
  const boxes = [...form.querySelectorAll('[data-status]')];
  const hidden = (state.get(`${name}.hide`) || '').split(',');
  search.value = state.get(`${name}.filter`) || '';
  boxes.forEach((box) => { box.checked = !hidden.includes(box.dataset.status); });
  const key = state.get(`${name}.sort`);
  if (key) sortTable(table, key, state.get(`${name}.direction`) === 'ascending' ? 'ascending' : 'descending');
  filterTable(table, form);

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', () => {
    filterTable(table, form);
    remember(`${name}.filter`, search.value);
    remember(`${name}.hide`, boxes.filter((box) => !box.checked).map((box) => box.dataset.status).join(','));
  });
  table.tHead.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const head = button.parentElement;
    // A number is asked for from the best one down, a name from A on, a rank from 1 on.
    const first = head.classList.contains('number') && button.dataset.key !== 'rank' ? 'descending' : 'ascending';
    const other = first === 'ascending' ? 'descending' : 'ascending';
    const direction = head.getAttribute('aria-sort') === first ? other : first;
    sortTable(table, button.dataset.key, direction);
    remember(`${name}.sort`, button.dataset.key);
    remember(`${name}.direction`, direction);
  });
}
