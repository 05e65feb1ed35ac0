using NatAllocBench.Node.Inputs;

namespace NatAllocBench.Node.Recordings;

/// <summary>A log of events or a capture, recognised by its content.</summary>
public static class RecordingFile
{
    /// <summary>Reads a recording.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isInside">Whether a capture was taken before NAT although one address opens everything.</param>
    /// <exception cref="NodeInputException">It cannot be replayed; the message says why and what to record.</exception>
    public static Recording Read(string path, bool isInside)
    {
        if (!File.Exists(path))
        {
            throw new NodeInputException($"{path}: there is no such file");
        }

        InputFile file = InputFile.Recognise(path);
        switch (file.Kind)
        {
            case InputKind.Events:
                return file.Read(stream => EventLogReader.Read(stream, path));
            case InputKind.Capture:
                return CaptureReader.Read(path, isInside);
            case InputKind.Xml:
                throw new NodeInputException($"{path}: events in XML have whole seconds only; record with conntrack -E -o timestamp");
            default:
                throw new NodeInputException(
                    $"{path}: this is neither a log of events nor a capture; record with conntrack -E -o timestamp, or tcpdump on the "
                        + "inside interface");
        }
    }
}
