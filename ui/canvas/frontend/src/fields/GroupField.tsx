/** A form inside a form. */
import type { Json } from "../protocol";
import { applies, fieldsOf } from "./schema";
import type { ControlProps } from "./control";
import { FieldRow } from "./FieldRow";

export function GroupField({ id, field, value, context, write }: ControlProps) {
  const item = (value && typeof value === "object" && !Array.isArray(value) ? value : {}) as { [name: string]: Json };
  const fields = fieldsOf(field.schema, context.root);
  const valueOf = (name: string): Json | undefined => item[name] ?? fields.find((one) => one.name === name)?.schema.default;
  return (
    <div className="cb-card" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {fields.filter((inner) => applies(inner, valueOf)).map((inner) => (
        <FieldRow key={inner.name} field={inner} path={id} value={valueOf(inner.name)}
          context={context} problems={[]} onChange={(next) => write({ ...item, [inner.name]: next ?? null })} />
      ))}
    </div>
  );
}
