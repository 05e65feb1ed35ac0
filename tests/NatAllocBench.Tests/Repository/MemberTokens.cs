using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace NatAllocBench.Tests.Repository;

/// <summary>The types, methods and fields that the compiled code of a method names, and what it does with them.</summary>
internal static class MemberTokens
{
    private const byte TwoByteCode = 0xFE;

    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    public static IEnumerable<MemberInfo> Of(MethodBase method) => OperationsOf(method).Select(operation => operation.Member);

    public static IEnumerable<(OpCode Code, MemberInfo Member)> OperationsOf(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[] typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [];
        Type[] methodArguments = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : [];
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == TwoByteCode ? Codes[(TwoByteCode << 8) | code[at + 1]] : Codes[code[at]];
            at += operation.Size;
            ReadOnlySpan<byte> operand = code.AsSpan(at);
            if (operation.OperandType
                is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                int token = BinaryPrimitives.ReadInt32LittleEndian(operand);
                yield return (operation, method.Module.ResolveMember(token, typeArguments, methodArguments)!);
            }

            at += SizeOf(operation.OperandType, code, at);
        }
    }

    private static int SizeOf(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at))),
        _ => 4,
    };
}
