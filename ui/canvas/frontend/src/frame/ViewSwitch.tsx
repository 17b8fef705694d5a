/** Canvas, outline or YAML: a choice of one, by mouse, by arrow keys, or by V. */
import { useEditor } from "../context";
import { Icon } from "../Icon";
import { useText } from "../model/text-view";
import { VIEWS, type View } from "./view";

interface Props {
  view: View;
  onView(view: View): void;
}

export function ViewSwitch({ view, onView }: Props) {
  const { model } = useEditor();
  const unapplied = useText(model.text).typed !== null;
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = (VIEWS.length + VIEWS.findIndex((one) => one.key === view) + step) % VIEWS.length;
    onView(VIEWS[place]!.key);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")[place]?.focus();
  };
  return (
    <div className="cb-views" role="radiogroup" aria-label="View" onKeyDown={onKeyDown}>
      {VIEWS.map(({ key, label, icon }) => (
        <button key={key} type="button" role="radio" aria-checked={key === view} tabIndex={key === view ? 0 : -1} data-testid={`view-${key}`}
          title={key === "text" && unapplied ? "YAML: what you wrote is not drawn yet" : `${label} (V shows the next view)`} onClick={() => onView(key)}>
          <Icon name={icon} /><span>{label}</span>
          {key === "text" && unapplied && <span className="cb-unapplied" data-testid="text-unapplied"><span className="cb-hidden">, not drawn yet</span></span>}
        </button>
      ))}
    </div>
  );
}
