/** A small table that is typed in, or pasted from a spreadsheet. */
import { Icon } from "../Icon";
import type { Json } from "../protocol";
import { useRows, type ControlProps } from "./control";
import { readNumber } from "./NumberField";

type Sort = "text" | "number" | "flag";
interface Column { name: string; sort: Sort }
interface Grid { columns: Column[]; rows: string[][] }

const SHOWN = 100;
const YES = new Set(["yes", "true", "1"]);
const NO = new Set(["no", "false", "0"]);

const sortOf = (values: Json[]): Sort => {
  const some = values.filter((value) => value !== null && value !== undefined);
  if (some.length > 0 && some.every((value) => typeof value === "boolean")) return "flag";
  return some.length > 0 && some.every((value) => typeof value === "number") ? "number" : "text";
};

const say = (value: Json | undefined): string =>
  value === true ? "yes" : value === false ? "no" : value === null || value === undefined ? "" : String(value);

export function gridOf(json: Json): Grid {
  const rows = (Array.isArray(json) ? json : []) as { [name: string]: Json }[];
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => ({ name, sort: sortOf(rows.map((row) => row[name] ?? null)) }));
  return { columns, rows: rows.map((row) => names.map((name) => say(row[name]))) };
}

/** The rows of a grid, or what is wrong with it. */
export function rowsOf(grid: Grid): { [name: string]: Json }[] | string {
  const names = grid.columns.map((column) => column.name);
  if (names.some((name) => name.trim() === "")) return "Give every column a name.";
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) return "Two columns have the same name.";
  const rows: { [name: string]: Json }[] = [];
  for (const [place, cells] of grid.rows.entries()) {
    const row: { [name: string]: Json } = {};
    for (const [index, column] of grid.columns.entries()) {
      const value = read(cells[index] ?? "", column.sort);
      if (value === undefined) return `Row ${place + 1}: “${cells[index]}” is not ${column.sort === "number" ? "a number" : "yes or no"}.`;
      row[column.name] = value;
    }
    rows.push(row);
  }
  return rows;
}

function read(text: string, sort: Sort): Json | undefined {
  if (text === "") return null;
  if (sort === "text") return text;
  if (sort === "number") return readNumber(text) ?? undefined;
  const word = text.trim().toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

/** What was copied from a spreadsheet; its first line names the columns. */
export function pasted(text: string): Grid | null {
  const lines = text.replace(/\r/g, "").split("\n").filter((line) => line.trim() !== "").map((line) => line.split("\t"));
  if (lines.length < 2 || (lines[0]?.length ?? 0) < 1 || !text.includes("\n")) return null;
  const [head = [], ...rows] = lines;
  const columns = head.map((name, index) => {
    const values = rows.map((row) => row[index] ?? "").filter(Boolean);
    const sort: Sort = values.length > 0 && values.every((one) => readNumber(one) !== null) ? "number" : "text";
    return { name: name.trim(), sort };
  });
  return { columns, rows: rows.map((row) => head.map((_, index) => row[index] ?? "")) };
}

export function TableField({ id, field, value, context, write, refuse }: ControlProps) {
  const [[grid = { columns: [], rows: [] }], keep] = useRows<Grid>(value ?? [], (json) => [gridOf(json)]);
  const { readonly } = context;
  const change = (next: Grid): void => {
    const rows = rowsOf(next);
    if (typeof rows === "string") {
      keep([next]);
      refuse(rows);
    } else {
      keep([next], rows);
      write(rows);
    }
  };
  const rename = (place: number, more: Partial<Column>): void =>
    change({ ...grid, columns: grid.columns.map((column, index) => (index === place ? { ...column, ...more } : column)) });
  const put = (row: number, place: number, text: string): void =>
    change({ ...grid, rows: grid.rows.map((cells, index) => (index === row ? cells.map((cell, other) => (other === place ? text : cell)) : cells)) });
  const addColumn = (): void =>
    change({ columns: [...grid.columns, { name: `column_${grid.columns.length + 1}`, sort: "text" }], rows: (grid.rows.length > 0 ? grid.rows : [[]]).map((cells) => [...cells, ""]) });
  const dropColumn = (place: number): void =>
    change({ columns: grid.columns.filter((_, index) => index !== place), rows: grid.rows.map((cells) => cells.filter((_, index) => index !== place)) });

  return (
    <div
      className="cb-stack" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}
      onPaste={(event) => {
        const table = readonly ? null : pasted(event.clipboardData.getData("text/plain"));
        if (!table) return;
        event.preventDefault();
        change(table);
      }}
    >
      <div className="cb-grid-frame">
        <table className="cb-grid">
          <thead>
            <tr>
              {grid.columns.map((column, place) => (
                <th key={place} scope="col">
                  <input className="cb-grid-name" aria-label={`Name of column ${place + 1}`} value={column.name} disabled={readonly}
                    onChange={(event) => rename(place, { name: event.target.value })} />
                  <span className="cb-grid-tools">
                    <select aria-label={`Type of ${column.name}`} value={column.sort} disabled={readonly} onChange={(event) => rename(place, { sort: event.target.value as Sort })}>
                      <option value="text">text</option>
                      <option value="number">number</option>
                      <option value="flag">yes/no</option>
                    </select>
                    <button type="button" className="cb-chip-x" aria-label={`Remove column ${column.name}`} disabled={readonly} onClick={() => dropColumn(place)}><Icon name="close" /></button>
                  </span>
                </th>
              ))}
              <th aria-label="Rows" />
            </tr>
          </thead>
          <tbody>
            {grid.rows.slice(0, SHOWN).map((cells, row) => (
              <tr key={row}>
                {grid.columns.map((column, place) => (
                  <td key={place}>
                    <input aria-label={`${column.name}, row ${row + 1}`} data-testid={`cell-${row}-${place}`} value={cells[place] ?? ""} disabled={readonly}
                      onChange={(event) => put(row, place, event.target.value)} />
                  </td>
                ))}
                <td>
                  <button type="button" className="cb-chip-x" aria-label={`Remove row ${row + 1}`} disabled={readonly}
                    onClick={() => change({ ...grid, rows: grid.rows.filter((_, index) => index !== row) })}><Icon name="close" /></button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {grid.rows.length > SHOWN && <p className="cb-hint">{grid.rows.length - SHOWN} more rows</p>}
      {!readonly && (
        <div className="cb-row">
          {grid.columns.length > 0 && (
            <button type="button" className="cb-link" data-testid={`field-${field.name}-add`} onClick={() => change({ ...grid, rows: [...grid.rows, grid.columns.map(() => "")] })}>
              <Icon name="add" /> Row
            </button>
          )}
          <button type="button" className="cb-link" data-testid={`field-${field.name}-column`} onClick={addColumn}><Icon name="add" /> Column</button>
          <span className="cb-hint">or paste from a spreadsheet</span>
        </div>
      )}
    </div>
  );
}
