"""The canvas's tools, one for each that the user can take in hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from fluxfill_studio.core.painting.shapes import Form
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.flood_preview import FloodPreview
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.ui.canvas.bucket_tool import BucketTool
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.canvas.shape_tool import LassoDrag, MarqueeDrag, PolygonTool, ShapeTool
from fluxfill_studio.ui.canvas.smart_tool import SmartTool
from fluxfill_studio.ui.canvas.stroke_tool import StrokeTool
from fluxfill_studio.ui.canvas.tool import CanvasTool
from fluxfill_studio.ui.canvas.zoom_tool import ZoomTool


def tools_for(
    view: PictureView,
    document: Document,
    model: CanvasModel,
    flood_preview: FloodPreview,
    smart_selection: SmartSelection,
) -> Mapping[Tool, CanvasTool]:
    """Made for `view`, which owns them. Brush and eraser are one, which asks which it is."""
    stroke = StrokeTool(document, model, view)
    rectangle, ellipse = (partial(MarqueeDrag, form) for form in Form)
    return {
        Tool.BRUSH: stroke,
        Tool.ERASER: stroke,
        Tool.LASSO: ShapeTool(document, model, LassoDrag, view),
        Tool.POLYGON: PolygonTool(document, model, view),
        Tool.RECTANGLE: ShapeTool(document, model, rectangle, view),
        Tool.ELLIPSE: ShapeTool(document, model, ellipse, view),
        Tool.BUCKET: BucketTool(document, model, flood_preview, lambda: view.viewport, view),
        Tool.SMART_SELECT: SmartTool(document, model, smart_selection, view),
        Tool.HAND: CanvasTool(view),
        Tool.ZOOM: ZoomTool(view.zoom_step, view),
    }
