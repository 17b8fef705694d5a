/** A component in the palette: drag it, click it or press Enter on it; its star keeps it at the top. */
import { hueOf } from "../appearance";
import { endDrag, startDrag } from "../board/dragging";
import { Icon } from "../Icon";
import { isPreset } from "../model/presets";
import type { ComponentSpec } from "../protocol";
import { star } from "./kept";

interface Props {
  spec: ComponentSpec;
  readonly: boolean;
  starred: boolean;
  /** Where it stands a second time: among what a person kept. */
  shelf?: string | undefined;
  /** What tells it from another one that is called the same. */
  kind?: string | undefined;
  /** Whether Enter in the search adds this one. */
  first: boolean;
  /** `byMouse`: it was clicked, so the keys that follow are meant for the canvas. */
  onAdd(component: string, byMouse?: boolean): void;
}

export function Item({ spec, readonly, starred, shelf, kind, first, onAdd }: Props) {
  const starrable = !isPreset(spec);
  const name = shelf ? `${shelf}-${spec.key}` : spec.key;
  return (
    <div className={`cb-item-row${first ? " cb-item-first" : ""}`} style={{ "--cb-hue": hueOf(spec.category) } as React.CSSProperties}>
      <button
        type="button"
        className="cb-item"
        data-testid={`palette-${name}`}
        title={spec.about}
        aria-label={`${spec.title}${kind ? `, ${kind}` : ""}. ${spec.about} Press Enter to add${!starrable ? "" : starred ? ", S to take the star off" : ", S to star"}.`}
        draggable={!readonly}
        disabled={readonly}
        onDragStart={(event) => startDrag(event, spec.key)}
        onDragEnd={endDrag}
        onClick={(event) => {
          if (event.detail <= 1) onAdd(spec.key, event.detail === 1); // a double-click adds one, too
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " " && !(starrable && event.key.toLowerCase() === "s")) return;
          event.preventDefault();
          if (event.key.toLowerCase() === "s") star(spec.key);
          else onAdd(spec.key);
        }}
      >
        <span className="cb-swatch"><Icon name={spec.icon} /></span>
        <span className="cb-clip">{spec.title}{kind && <small className="cb-item-kind">{kind}</small>}</span>
        {first && <kbd aria-hidden="true">Enter</kbd>}
      </button>
      {starrable && <button type="button" className="cb-star" tabIndex={-1} aria-pressed={starred} data-testid={`star-${name}`}
        title={starred ? "Take the star off" : "Star: keep it at the top"} aria-label={`Star ${spec.title}`} onClick={() => star(spec.key)}>
        <svg className="cb-star-shape" viewBox="0 0 24 24" aria-hidden="true"><path d="m12 3.4 2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17l-5.3 2.9 1.1-6-4.4-4.2 6-.8z" /></svg>
      </button>}
    </div>
  );
}
