using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NatAllocBench.Tests.Repository;

/// <summary>The public types of an assembly, and what the compiled assemblies beside it use of them.</summary>
internal sealed class PublicTypes : IDisposable
{
    private const string FriendAttribute = "System.Runtime.CompilerServices.InternalsVisibleToAttribute";

    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly Dictionary<string, TypeDefinition> _public = [];

    public PublicTypes(string path)
    {
        _image = new PEReader(File.OpenRead(path));
        _metadata = _image.GetMetadataReader();
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            TypeDefinition type = _metadata.GetTypeDefinition(handle);
            if ((type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public)
            {
                _public.Add(MetadataNames.Of(_metadata, handle), type);
            }
        }
    }

    public string Assembly => _metadata.GetString(_metadata.GetAssemblyDefinition().Name);

    public IEnumerable<string> Names => _public.Keys;

    /// <summary>The compiler copies constants into their users and leaves no reference, so their users are known by source only.</summary>
    public IEnumerable<string> WithConstants => _public
        .Where(type => type.Value.GetFields().Any(member => IsConstant(_metadata.GetFieldDefinition(member).Attributes)))
        .Select(type => type.Key);

    /// <summary>The assemblies that see the internal types of this one.</summary>
    public IEnumerable<string> Friends => _metadata.GetAssemblyDefinition().GetCustomAttributes()
        .Select(_metadata.GetCustomAttribute)
        .Where(attribute => attribute.Constructor.Kind == HandleKind.MemberReference
            && NameOf((MemberReferenceHandle)attribute.Constructor) == FriendAttribute)
        .Select(attribute => FirstArgument(attribute).Split(',')[0]);

    /// <summary>The types of another assembly that this one refers to.</summary>
    public IEnumerable<string> Uses(string assembly) => _metadata.TypeReferences
        .Where(reference => MetadataNames.ScopeOf(_metadata, reference) == assembly)
        .Select(reference => MetadataNames.Of(_metadata, reference));

    /// <summary>The types of another assembly that the signatures of this one's public types show.</summary>
    public IEnumerable<string> Shows(string assembly) => _public.Values
        .SelectMany(type => Named(type).References)
        .Where(reference => reference.Scope == assembly)
        .Select(reference => reference.Name);

    /// <summary>The types, and every public type that their visible members, bases and constraints name.</summary>
    public HashSet<string> WithSignatures(IEnumerable<string> used)
    {
        HashSet<string> needed = [];
        Stack<string> open = new(used);
        while (open.TryPop(out string? name))
        {
            if (_public.TryGetValue(name, out TypeDefinition type) && needed.Add(name))
            {
                foreach (string named in Named(type).Definitions)
                {
                    open.Push(named);
                }
            }
        }

        return needed;
    }

    public void Dispose() => _image.Dispose();

    private string NameOf(MemberReferenceHandle constructor)
    {
        EntityHandle type = _metadata.GetMemberReference(constructor).Parent;
        return type.Kind == HandleKind.TypeReference ? MetadataNames.Of(_metadata, (TypeReferenceHandle)type) : "";
    }

    private string FirstArgument(CustomAttribute attribute)
    {
        BlobReader value = _metadata.GetBlobReader(attribute.Value);
        value.ReadUInt16(); // the prolog of every attribute's value
        return value.ReadSerializedString() ?? "";
    }

    private static bool IsConstant(FieldAttributes field) =>
        field.HasFlag(FieldAttributes.Literal) && (field & FieldAttributes.FieldAccessMask) == FieldAttributes.Public;

    private SignatureNames Named(TypeDefinition type)
    {
        SignatureNames names = new();
        names.Add(_metadata, type.BaseType);
        AddConstraints(names, type.GetGenericParameters());
        if (type.Attributes.HasFlag(TypeAttributes.Interface))
        {
            foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
            {
                names.Add(_metadata, _metadata.GetInterfaceImplementation(implemented).Interface);
            }
        }

        foreach (FieldDefinition field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            if (IsVisible((MethodAttributes)(field.Attributes & FieldAttributes.FieldAccessMask)))
            {
                field.DecodeSignature(names, null);
            }
        }

        foreach (MethodDefinition method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            if (IsVisible(method.Attributes & MethodAttributes.MemberAccessMask))
            {
                method.DecodeSignature(names, null);
                AddConstraints(names, method.GetGenericParameters());
            }
        }

        foreach (TypeDefinition nested in type.GetNestedTypes().Select(_metadata.GetTypeDefinition))
        {
            if ((nested.Attributes & TypeAttributes.VisibilityMask) is TypeAttributes.NestedPublic or TypeAttributes.NestedFamily)
            {
                names.Add(Named(nested));
            }
        }

        return names;
    }

    private void AddConstraints(SignatureNames names, GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
            {
                names.Add(_metadata, _metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private static bool IsVisible(MethodAttributes access) =>
        access is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
}

/// <summary>Full names of types; a nested type goes by the name of the outermost.</summary>
internal static class MetadataNames
{
    public static string Of(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer ? Of(metadata, outer) : Of(metadata, type.Namespace, type.Name);
    }

    public static string Of(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? Of(metadata, (TypeReferenceHandle)type.ResolutionScope)
            : Of(metadata, type.Namespace, type.Name);
    }

    /// <summary>The assembly that a reference leads to.</summary>
    public static string? ScopeOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        EntityHandle scope = metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => ScopeOf(metadata, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }

    private static string Of(MetadataReader metadata, StringHandle space, StringHandle name) =>
        $"{metadata.GetString(space)}.{metadata.GetString(name)}";
}

/// <summary>Collects the names of all types of a signature.</summary>
internal sealed class SignatureNames : ISignatureTypeProvider<int, object?>
{
    public HashSet<string> Definitions { get; } = [];

    public HashSet<(string? Scope, string Name)> References { get; } = [];

    public void Add(SignatureNames other)
    {
        Definitions.UnionWith(other.Definitions);
        References.UnionWith(other.References);
    }

    public void Add(MetadataReader metadata, EntityHandle type)
    {
        switch (type.Kind)
        {
            case HandleKind.TypeDefinition when !type.IsNil:
                Definitions.Add(MetadataNames.Of(metadata, (TypeDefinitionHandle)type));
                break;
            case HandleKind.TypeReference:
                var reference = (TypeReferenceHandle)type;
                References.Add((MetadataNames.ScopeOf(metadata, reference), MetadataNames.Of(metadata, reference)));
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)type).DecodeSignature(this, null);
                break;
            default:
                break;
        }
    }

    public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Add(reader, handle);
        return 0;
    }

    public int GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Add(reader, handle);
        return 0;
    }

    public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Add(reader, handle);
        return 0;
    }

    public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

    public int GetArrayType(int elementType, ArrayShape shape) => 0;

    public int GetByReferenceType(int elementType) => 0;

    public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

    public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

    public int GetGenericMethodParameter(object? genericContext, int index) => 0;

    public int GetGenericTypeParameter(object? genericContext, int index) => 0;

    public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

    public int GetPinnedType(int elementType) => 0;

    public int GetPointerType(int elementType) => 0;

    public int GetSZArrayType(int elementType) => 0;
}
