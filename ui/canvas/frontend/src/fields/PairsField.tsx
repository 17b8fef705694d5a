/** `mapping`: old name to new name. `order`: a column to its values, in order. */
import { Icon } from "../Icon";
import type { Json } from "../protocol";
import { columnsFor, useRows, type ControlProps } from "./control";
import { Combobox } from "./Combobox";
import { kindIcon } from "../columns";

type Row = [string, string];

const SEPARATOR = ", ";
const split = (text: string): string[] => text.split(",").map((part) => part.trim()).filter(Boolean);

export function PairsField(props: ControlProps) {
  const { id, field, value, context, write, refuse } = props;
  const ordered = field.kind === "order";
  const read = (json: Json): Row[] =>
    json && typeof json === "object" && !Array.isArray(json)
      ? Object.entries(json).map(([key, one]) => [key, Array.isArray(one) ? one.join(SEPARATOR) : String(one ?? "")])
      : [];
  const [rows, keep] = useRows(value ?? {}, read);
  const columns = columnsFor(props).map((column) => ({
    value: column.name, label: column.name, icon: kindIcon(column.kind), about: column.type,
  }));

  const change = (next: Row[]): void => {
    const full = next.filter(([key, to]) => key !== "" && to !== "");
    const written = Object.fromEntries(full.map(([key, to]) => [key, ordered ? split(to) : to]));
    keep(next, written);
    if (new Set(next.map(([key]) => key)).size < next.length) refuse("The same name is there twice.");
    else write(written);
  };
  const put = (place: number, row: Row): void => change(rows.map((other, index) => (index === place ? row : other)));

  return (
    <div className="cb-stack" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {rows.map(([key, to], place) => (
        <div key={place} className={ordered ? "cb-pair cb-pair-tall" : "cb-pair"}>
          <Combobox
            label={`${field.title}, row ${place + 1}: column`}
            testId={`field-${field.name}-${place}-key`}
            placeholder="Column"
            value={key}
            suggestions={columns.filter((one) => !rows.some(([used]) => used === one.value))}
            free
            disabled={context.readonly}
            onPick={(name) => put(place, [name, to])}
          />
          <Icon name={ordered ? "format_list_numbered" : "arrow_forward"} />
          <input
            className="cb-input"
            aria-label={`${field.title}, row ${place + 1}: ${ordered ? "values, low to high" : "becomes"}`}
            data-testid={`field-${field.name}-${place}-value`}
            placeholder={ordered ? "low, medium, high" : "becomes"}
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
