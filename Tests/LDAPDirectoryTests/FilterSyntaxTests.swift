import AppPasswordCore
import LDAPDirectory
import Settings
import TestServers
import Testing

/// The settings' reading of filters, held against what libldap and a real directory say of the same ones.
@Suite(.enabled(if: InstalledServers.slapd, "\(InstalledServers.slapdMissing)"))
struct FilterSyntaxTests {
    @Test(arguments: [
        "(uid={username})", "uid={username}", "(&(uid={username})(objectClass=posixAccount))", "(&(uid={username}))",
        "(|(uid={username})(mail={username}@example.com))", "(&(!(uid=x))(uid={username}))", "(uid=*{username}*)",
        "(&(objectClass=*)(|(uid={username})(mail={username}))(!(loginShell=/bin/false)))",
        "( & (uid={username}) (cn=*) )",
        "(&\n  (uid={username})\n  (cn=a*b)\n)", "(uid:caseExactMatch:={username})", "(uid:dn:={username})",
        "(:caseIgnoreMatch:={username})", "(uid;lang-de={username})", "(0.9.2342.19200300.100.1.1={username})",
        "(uid~={username})", "(uidNumber>={username})", "(&(uid={username})(cn=a\\28b\\29c))",
        "(&(uid={username})(cn=a\\(b))",
        "(uid=ü{username})", "(uid= {username} )", "(&(uid={username})(cn=))", "(&(cn=a=b)(uid={username}))",
        "(&(memberOf:1.2.840.113556.1.4.1941:=cn=mail,dc=x)(uid={username}))", "(|(uid={username})(&))",
        // One bracket short, one too many, and whatever else a hand writes.
        "(&(uid={username})(objectClass=posixAccount)", "(uid={username}", "uid={username})", "((uid={username}))",
        "(uid={username})(x=y)", "(uid={username}))", "(&(uid={username})))", "(&uid={username})",
        "(&(uid={username})x)",
        "(!(uid={username})(cn=x))", "(|(uid={username})(!))", "({username})", "({username}=x)", "(={username})",
        "(uid {username})", "(u id={username})", "(uid ={username})", "(-uid={username})", "(1uid={username})",
        "(uid={username}\\)", "(uid={username}\\2)", "(uid={username}\\zz)", "(uid>=*{username})", "(uid~={username}*)",
        "(&(uid={username})(cn=a(b)c))", " (uid={username})", "(uid={username}) ", "(uid:={username})x",
        "(::={username})",
        "(uid:a b:={username})", "(uid;={username})", "(&(uid={username})(cn))", "(&,(uid={username}))", "{username}",
        "()({username})",
    ])
    func `what the settings take for a filter is one, and nothing else`(filter: String) async throws {
        var configuration = TestDirectory.configuration(try await TestDirectory.server())
        configuration.filter = filter
        configuration.disabledShells = []
        configuration.disabledHomes = []
        let directory = LDAPDirectory(configuration)
        var isBad = false
        do throws(BackendError) {
            _ = try await directory.account(for: "a)(b")
        } catch {
            try #require(error.debugDescription.contains("Bad search filter"), "\(error.debugDescription)")
            isBad = true
        }
        let problem = LDAPFilterSyntax.problem(of: filter)
        #expect((problem != nil) == isBad, "\(problem ?? "taken")")
    }
}
