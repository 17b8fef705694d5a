/** A few rows; columns that are new or differ are tinted, and the cells that differ are marked. */
import type { RowsShown } from "../protocol";

interface Props {
  table: RowsShown;
  label: string;
  testId?: string;
  /** How many rows to show of those that came. */
  most?: number;
}

export function SampleTable({ table, label, testId, most }: Props) {
  const fresh = new Set(table.changed);
  const rows = most === undefined ? table.rows : table.rows.slice(0, most);
  return (
    <div className="cb-grid-frame" tabIndex={0} role="region" aria-label={label} data-testid={testId}>
      <table className="cb-grid cb-sample">
        <thead>
          <tr>
            {table.columns.map((name) => (
              <th key={name} scope="col" className={fresh.has(name) ? "cb-fresh" : undefined} title={fresh.has(name) ? `${name}: changed here` : name}>
                {name}{fresh.has(name) && <span className="cb-hidden"> (changed)</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => {
            const marks = table.marks[place] ?? [];
            return (
              <tr key={place}>
                {row.map((cell, index) => {
                  const look = [fresh.has(table.columns[index] ?? "") && "cb-fresh", marks.includes(index) && "cb-marked"].filter(Boolean).join(" ");
                  return (
                    <td key={index} className={look || undefined} title={cell ?? "missing"}>
                      {cell === null ? <span className="cb-missing">missing</span> : cell}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && <p className="cb-hint cb-grid-empty">No row is left of the sample.</p>}
    </div>
  );
}
