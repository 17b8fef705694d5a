/** Words that are written where they lie: on a note, or as the title of a group. Every key is kept, as in a form. */
import { useEffect, useRef } from "react";
import { useEditor } from "../../context";

interface Props {
  label: string;
  value: string;
  most: number;
  placeholder: string;
  /** One line: Enter ends it, too. */
  single?: boolean;
  onChange(text: string): void;
}

export function Written({ label, value, most, placeholder, single = false, onChange }: Props) {
  const { model } = useEditor();
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  useEffect(() => {
    // After the pointer is up and the view has moved: else the board takes the focus back.
    const timer = setTimeout(() => {
      field.current?.focus({ preventScroll: true });
      if (single) field.current?.select();
      else field.current?.setSelectionRange(most, most);
    }, 60);
    return () => clearTimeout(timer);
  }, [single, most]);
  const done = (event: React.KeyboardEvent): void => {
    const ends = event.key === "Escape" || (event.key === "Enter" && (single || event.ctrlKey || event.metaKey));
    event.stopPropagation();
    if (!ends) return;
    event.preventDefault();
    const place = [".react-flow__node", ".cb-editor"].map((one) => field.current?.closest<HTMLElement>(one));
    model.edit(null);
    // Once the field is gone: what has the focus then keeps the keys.
    setTimeout(() => place.find((one) => one?.isConnected)?.focus({ preventScroll: true }), 0);
  };
  const shared = {
    ref: field, value, placeholder, "aria-label": label, maxLength: most, onKeyDown: done, onBlur: () => model.edit(null),
    onDoubleClick: (event: React.MouseEvent) => event.stopPropagation(),
    onChange: (event: React.ChangeEvent<HTMLTextAreaElement & HTMLInputElement>) => onChange(event.target.value),
    className: "cb-written nodrag nopan nowheel nokey", "data-testid": "written",
  };
  return single ? <input {...shared} /> : <textarea {...shared} />;
}
