/** `mapping`: a column to its new name. `values`: a value to another. */
import { Icon } from "../Icon";
import type { Json, Schema } from "../protocol";
import { resolve, valueSchema, type FieldKind } from "./schema";
import { columnsFor, lackFor, useRows, type ControlProps } from "./control";
import { Combobox } from "./Combobox";
import { kindIcon } from "../panel/columns";
import { readNumber } from "./NumberField";

type Row = [string, string];
type Pairs = Extract<FieldKind, "mapping" | "values">;

const readRows = (json: Json): Row[] =>
  json && typeof json === "object" && !Array.isArray(json)
    ? Object.entries(json).map(([key, one]) => [key, String(one ?? "")])
    : [];

/** How a typed value is meant; undefined while the row is not complete. */
function reader(schema: Schema, root: Schema): (text: string) => Json | undefined {
  const { nullable } = resolve((schema.additionalProperties as Schema | undefined) ?? {}, root);
  const type = valueSchema(schema, root).type;
  return (text) => {
    if (text === "") return nullable ? null : undefined;
    return type === "number" || type === "integer" ? (readNumber(text) ?? text) : text;
  };
}

export function PairsField(props: ControlProps) {
  const { id, field, value, context, write, refuse } = props;
  const kind = field.kind as Pairs;
  const read = reader(field.schema, context.root);
  const missing = read("") === null ? "missing" : "becomes";
  const [rows, keep] = useRows(value ?? {}, readRows);
  const columns = columnsFor(props).map((column) => ({
    value: column.name, label: column.name, icon: kindIcon(column.kind), about: column.type,
  }));

  const change = (next: Row[]): void => {
    const full = next.map(([key, to]) => [key, key === "" && to === "" ? undefined : read(to)] as const);
    const written = Object.fromEntries(full.filter(([key, to]) => to !== undefined && (key !== "" || kind === "values"))) as Json;
    keep(next, written);
    if (new Set(next.map(([key]) => key)).size < next.length) refuse("The same name is there twice.");
    else write(written);
  };
  const put = (place: number, row: Row): void => change(rows.map((other, index) => (index === place ? row : other)));

  return (
    <div className="cb-stack" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {rows.map(([key, to], place) => (
        <div key={place} className="cb-pair">
          {kind === "values" ? (
            <input
              className="cb-input"
              aria-label={`${field.title}, row ${place + 1}: value`}
              data-testid={`field-${field.name}-${place}-key`}
              placeholder={to === "" ? "Value" : "(empty)"}
              value={key}
              disabled={context.readonly}
              onChange={(event) => put(place, [event.target.value, to])}
            />
          ) : (
            <Combobox
              label={`${field.title}, row ${place + 1}: column`}
              testId={`field-${field.name}-${place}-key`}
              placeholder="Column"
              value={key}
              suggestions={columns.filter((one) => !rows.some(([used]) => used === one.value))}
              free
              lack={lackFor(props)}
              disabled={context.readonly}
              onPick={(name) => put(place, [name, to])}
            />
          )}
          <Icon name="arrow_forward" />
          <input
            className="cb-input"
            aria-label={`${field.title}, row ${place + 1}: becomes`}
            data-testid={`field-${field.name}-${place}-value`}
            placeholder={missing}
            value={to}
            disabled={context.readonly}
            onChange={(event) => put(place, [key, event.target.value])}
          />
          <button type="button" className="cb-tool" aria-label={`Remove row ${place + 1}`} disabled={context.readonly}
            onClick={() => change(rows.filter((_, index) => index !== place))}>
            <Icon name="close" />
          </button>
        </div>
      ))}
      {!context.readonly && (
        <button type="button" className="cb-link" data-testid={`field-${field.name}-add`}
          onClick={() => keep([...rows, ["", ""]])}>
          <Icon name="add" /> Add a row
        </button>
      )}
    </div>
  );
}
