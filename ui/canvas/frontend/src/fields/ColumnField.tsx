/** One column. */
import { kindIcon, kindsOf, ofKinds } from "../panel/columns";
import { Icon } from "../Icon";
import { Combobox } from "./Combobox";
import { columnsFor, lackFor, type ControlProps } from "./control";

export function ColumnField(props: ControlProps) {
  const { id, field, value, context, write, describedBy, invalid } = props;
  const all = columnsFor(props);
  const suggestions = ofKinds(all, kindsOf(field.schema)).map((column) => ({
    value: column.name, label: column.name, icon: kindIcon(column.kind), about: column.type,
  }));
  const chosen = typeof value === "string" ? value : "";
  const missing = chosen !== "" && all.length > 0 && !all.some((column) => column.name === chosen);
  return (
    <div className="cb-stack">
      <div className="cb-row">
        <Combobox
          id={id}
          testId={`field-${field.name}`}
          label={field.title}
          placeholder={field.placeholder || "Choose a column…"}
          value={chosen}
          suggestions={suggestions}
          free={all.length === 0}
          lack={lackFor(props, kindsOf(field.schema))}
          disabled={context.readonly}
          describedBy={describedBy}
          invalid={invalid}
          onPick={(name) => write(name)}
        />
        {field.nullable && chosen && !context.readonly && (
          <button type="button" className="cb-tool" aria-label={`Clear ${field.title}`} onClick={() => write(null)}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {missing && (
        <p className="cb-hint cb-hint-warn"><Icon name="warning" /> “{chosen}” does not arrive at this node</p>
      )}
    </div>
  );
}
