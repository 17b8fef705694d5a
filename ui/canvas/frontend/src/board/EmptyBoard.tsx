import { Icon } from "../Icon";

export function EmptyBoard() {
  return (
    <div className="cb-empty">
      <Icon name="account_tree" className="cb-empty-icon" />
      <p className="cb-empty-title">Start with your data</p>
      <p className="cb-empty-text">
        Drag a dataset here, or press <kbd>A</kbd> to search the components.
        <br />
        Then draw wires: what leaves a node on its right enters the next on its left.
      </p>
    </div>
  );
}
