/** What the selected node does to sample rows. */
import type { GraphNode } from "../protocol";
import { Preview } from "./Preview";

export const PreviewTab = ({ node }: { node: GraphNode }) => <Preview node={node.id} />;
