/** A few rows, so that what a setting does can be seen. */
import type { RowsShown } from "../protocol";

interface Props {
  table: RowsShown;
  label: string;
  testId?: string;
}

export function SampleTable({ table, label, testId }: Props) {
  const fresh = new Set(table.changed);
  return (
    <div className="cb-grid-frame" tabIndex={0} role="region" aria-label={label} data-testid={testId}>
      <table className="cb-grid cb-sample">
        <thead>
          <tr>
            {table.columns.map((name) => <th key={name} scope="col" className={fresh.has(name) ? "cb-fresh" : undefined} title={name}>{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, index) => (
                <td key={index} className={fresh.has(table.columns[index] ?? "") ? "cb-fresh" : undefined} title={cell ?? "missing"}>
                  {cell === null ? <span className="cb-missing">missing</span> : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length === 0 && <p className="cb-hint cb-grid-empty">No row is left of the sample.</p>}
    </div>
  );
}
