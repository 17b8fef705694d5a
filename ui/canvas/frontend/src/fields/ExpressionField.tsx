/** A formula in SQL's words, with the columns at hand to click or complete. */
import { useLayoutEffect, useRef, useState } from "react";
import { kindIcon, quoted } from "../columns";
import { Icon } from "../Icon";
import { columnsFor, useDraft, type ControlProps } from "./control";

const OFFERED = 8;

export function ExpressionField(props: ControlProps) {
  const { id, field, value, context, write, describedBy, invalid } = props;
  const [draft, setDraft] = useDraft(typeof value === "string" ? value : "", (text) => text);
  const [caret, setCaret] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const word = /["\w]*$/.exec(draft.slice(0, caret))?.[0] ?? "";
  const needle = word.replace(/"/g, "").toLowerCase();
  const columns = columnsFor(props);
  const begun = columns.filter((column) => needle && column.name.toLowerCase().includes(needle));
  const offered = (begun.length > 0 ? begun : columns).slice(0, OFFERED);

  // Put the caret behind what was inserted before the next key arrives.
  const completed = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (completed.current === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(completed.current, completed.current);
    completed.current = null;
  });

  const type = (text: string): void => {
    setDraft(text);
    write(text === "" && field.nullable ? null : text);
  };
  const complete = (name: string): void => {
    const start = begun.length > 0 ? caret - word.length : caret;
    const text = draft.slice(0, start) + quoted(name) + draft.slice(caret);
    type(text);
    const place = start + quoted(name).length;
    setCaret(place);
    completed.current = place;
  };

  return (
    <div className="cb-stack">
      <textarea
        ref={area}
        id={id}
        data-testid={`field-${field.name}`}
        className="cb-input cb-code"
        rows={3}
        spellCheck={false}
        autoCapitalize="off"
        placeholder={field.placeholder || "price * quantity"}
        value={draft}
        disabled={context.readonly}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => {
          type(event.target.value);
          setCaret(event.target.selectionStart);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
      />
      {offered.length > 0 && !context.readonly && (
        <div className="cb-chips" aria-label="Columns to insert">
          {offered.map((column) => (
            <button
              key={column.name}
              type="button"
              className="cb-chip cb-chip-button"
              title={`Insert ${column.name} (${column.type})`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => complete(column.name)}
            >
              <Icon name={kindIcon(column.kind)} />
              <span className="cb-chip-text">{column.name}</span>
            </button>
          ))}
          {columns.length > offered.length && <span className="cb-chips-lead">type to find more</span>}
        </div>
      )}
    </div>
  );
}
