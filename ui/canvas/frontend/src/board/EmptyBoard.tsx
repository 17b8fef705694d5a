/** What stands on a canvas without nodes: the ways to begin. */
import { useEditor } from "../context";
import { Icon } from "../Icon";

export function EmptyBoard() {
  const { model } = useEditor();
  return (
    <div className="cb-empty">
      <Icon name="account_tree" className="cb-empty-icon" />
      <p className="cb-empty-title">Start with your data</p>
      <p className="cb-empty-text">
        Click a component at the left, drag it here, or press <kbd>A</kbd> to search.
        <br />
        Then draw wires: what leaves a node on its right enters the next on its left.
      </p>
      <div className="cb-empty-ways">
        <button type="button" className="cb-empty-way" onClick={() => model.wish({ type: "begin", of: "data" })}>
          <Icon name="auto_fix_high" /> Build for me
        </button>
        <button type="button" className="cb-empty-way" onClick={() => model.wish({ type: "begin", of: "templates" })}>
          <Icon name="dashboard_customize" /> Take a template
        </button>
      </div>
    </div>
  );
}
