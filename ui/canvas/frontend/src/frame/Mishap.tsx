/** When drawing the editor fails: nothing is lost, the model is not part of what failed. */
import { Component, type ReactNode } from "react";
import { Icon } from "../Icon";

export class Mishap extends Component<{ children: ReactNode }, { message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <div className="cb-mishap" role="alert">
        <Icon name="healing" className="cb-empty-icon" />
        <p className="cb-empty-title">The canvas could not be drawn</p>
        <p className="cb-empty-text">Your pipeline is safe. Draw it again; if that does not help, reload the page.</p>
        <button type="button" className="cb-button" onClick={() => this.setState({ message: null })}>Draw again</button>
        <p className="cb-hint">{this.state.message}</p>
      </div>
    );
  }
}
