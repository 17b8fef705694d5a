/** What can be done with several nodes at once. */
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { Align } from "./Align";
import { group, toggle } from "../model/acting";

export function ManyPane() {
  const { model } = useEditor();
  const selection = usePart((state) => state.selection);
  const readonly = usePart((state) => state.readonly);
  return (
    <div className="cb-pane">
      <h2 className="cb-pane-title">{selection.length} nodes selected</h2>
      <p className="cb-hint">Move them together, copy them with Ctrl C, or:</p>
      <div className="cb-actions">
        <button type="button" className="cb-button" onClick={() => model.duplicate()}><Icon name="content_copy" />Duplicate</button>
        <button type="button" className="cb-button" onClick={() => model.remove(selection)}><Icon name="delete" />Delete</button>
        <button type="button" className="cb-button" data-testid="group" onClick={() => group(model)}><Icon name="select_all" />Group</button>
        <button type="button" className="cb-button" data-testid="toggle" onClick={() => toggle(model)}><Icon name="toggle_off" />Switch off or on</button>
      </div>
      {!readonly && <Align />}
    </div>
  );
}
