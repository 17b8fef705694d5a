/** `order`: columns, and for each its values from lowest to highest. */
import { kindIcon } from "../panel/columns";
import { Icon } from "../Icon";
import type { Json } from "../protocol";
import { Chips } from "./Chips";
import { Combobox } from "./Combobox";
import { columnsFor, lackFor, useRows, type ControlProps } from "./control";

interface Row { column: string; values: string[] }

const readRows = (json: Json): Row[] =>
  json && typeof json === "object" && !Array.isArray(json)
    ? Object.entries(json).map(([column, values]) => ({ column, values: Array.isArray(values) ? values.map(String) : [] }))
    : [];

export function OrderField(props: ControlProps) {
  const { id, field, value, context, write, refuse } = props;
  const [rows, keep] = useRows(value ?? {}, readRows);
  const columns = columnsFor(props).map((column) => ({
    value: column.name, label: column.name, icon: kindIcon(column.kind), about: column.type,
  }));
  const change = (next: Row[]): void => {
    const full = next.filter((row) => row.column !== "" && row.values.length > 0);
    const written: Json = Object.fromEntries(full.map((row) => [row.column, row.values]));
    keep(next, written);
    if (new Set(next.map((row) => row.column)).size < next.length) refuse("The same column is there twice.");
    else write(full.length === 0 && field.nullable ? null : written);
  };
  const put = (place: number, more: Partial<Row>): void => change(rows.map((row, index) => (index === place ? { ...row, ...more } : row)));

  return (
    <div className="cb-stack" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {rows.map((row, place) => (
        <div key={place} className="cb-card cb-card-tight">
          <div className="cb-row">
            <Combobox
              label={`${field.title}, row ${place + 1}: column`}
              testId={`field-${field.name}-${place}-key`}
              placeholder="Column"
              value={row.column}
              suggestions={columns.filter((one) => !rows.some((other) => other.column === one.value))}
              free
              lack={lackFor(props)}
              disabled={context.readonly}
              onPick={(column) => put(place, { column })}
            />
            <button type="button" className="cb-tool" aria-label={`Remove ${row.column || `row ${place + 1}`}`} disabled={context.readonly}
              onClick={() => change(rows.filter((_, index) => index !== place))}>
              <Icon name="close" />
            </button>
          </div>
          {row.values.length > 0 && (
            <Chips
              items={row.values.map((text) => ({ text }))}
              label={`Values of ${row.column}, low to high`}
              ordered
              readonly={context.readonly}
              onChange={(places) => put(place, { values: places.map((one) => row.values[one] ?? "") })}
            />
          )}
          <Combobox
            label={`Add the next value of ${row.column}`}
            testId={`field-${field.name}-${place}-value`}
            placeholder={row.values.length === 0 ? "Lowest value…" : "Next value…"}
            suggestions={[]}
            free
            clearOnPick
            disabled={context.readonly}
            onPick={(text) => put(place, { values: [...row.values.filter((one) => one !== text), text] })}
          />
        </div>
      ))}
      {!context.readonly && (
        <button type="button" className="cb-link" data-testid={`field-${field.name}-add`} onClick={() => keep([...rows, { column: "", values: [] }])}>
          <Icon name="add" /> Add a column
        </button>
      )}
    </div>
  );
}
