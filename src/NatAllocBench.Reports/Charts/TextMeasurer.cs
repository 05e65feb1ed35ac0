using OxyPlot;

namespace NatAllocBench.Reports.Charts;

/// <summary>
/// Measures text for the layout of charts without any font at hand: every character as wide as the average of a wide sans-serif face, so
/// that labels keep their room whatever font the reader's browser takes. It draws nothing.
/// </summary>
internal sealed class TextMeasurer : RenderContextBase
{
    private const double CharacterWidth = 0.62;
    private const double BoldCharacterWidth = 0.69;
    private const double LineHeight = 1.25;

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        double characterWidth = fontWeight > FontWeights.Normal ? BoldCharacterWidth : CharacterWidth;
        string[] lines = (text ?? "").Split('\n');
        return string.IsNullOrEmpty(text)
            ? OxySize.Empty
            : new OxySize(lines.Max(line => line.Length) * fontSize * characterWidth, lines.Length * fontSize * LineHeight);
    }

    public override void DrawLine(
        IList<ScreenPoint> points,
        OxyColor stroke,
        double thickness,
        EdgeRenderingMode edgeRenderingMode,
        double[] dashArray,
        LineJoin lineJoin) => throw Unused();

    public override void DrawPolygon(
        IList<ScreenPoint> points,
        OxyColor fill,
        OxyColor stroke,
        double thickness,
        EdgeRenderingMode edgeRenderingMode,
        double[] dashArray,
        LineJoin lineJoin) => throw Unused();

    public override void DrawText(
        ScreenPoint p,
        string text,
        OxyColor fill,
        string fontFamily,
        double fontSize,
        double fontWeight,
        double rotation,
        HorizontalAlignment horizontalAlignment,
        VerticalAlignment verticalAlignment,
        OxySize? maxSize) => throw Unused();

    public override void PushClip(OxyRect clippingRectangle) => throw Unused();

    public override void PopClip() => throw Unused();

    public override int ClipCount => 0;

    private static NotSupportedException Unused() => new("this context only measures text");
}
