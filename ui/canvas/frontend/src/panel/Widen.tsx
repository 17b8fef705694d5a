/** More room for tables: makes the panel wider, and narrow again. */
import { Icon } from "../Icon";

export function Widen({ wide, onWide }: { wide: boolean; onWide(): void }) {
  const label = wide ? "Make the panel narrow" : "Make the panel wide";
  return (
    <button type="button" className="cb-tool" data-testid="widen" title={label} aria-label={label} aria-pressed={wide} onClick={onWide}>
      <Icon name={wide ? "right_panel_close" : "width"} />
    </button>
  );
}
